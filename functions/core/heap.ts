/**
 * How V8 collects what a stream leaves behind; imported for its effect. Node allocates a buffer for every 16 KiB that pass, and V8
 * counts these towards the size of the heap. After a full collection it lets a heap as small as the relay's grow by
 * some 10 MiB only, so that 1 GiB would bring sixty full collections, half of the CPU time of a transfer (measured, bench/RESULTS.md).
 * Let it grow to six times its size first, the quick collections of the small young generation (NODE_OPTIONS, infra/constructs/relay-function.ts)
 * come in time for nearly all of these buffers. The heap is 13 MiB, so a function of 256 MB has room for that.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--heap-growing-percent=500');
