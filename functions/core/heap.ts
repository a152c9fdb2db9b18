/**
 * Sets how V8 collects the buffers of a stream; imported for its effect.
 *
 * Node allocates a buffer for every 16 KiB that pass, and V8 counts the buffers towards the size of the heap. By default V8 lets a small heap
 * grow by some 10 MiB before the next full collection. A transfer of 1 GiB then has sixty full collections, which take half of its CPU
 * time (measured, bench/RESULTS.md). With this flag the heap may grow to six times its size first. Meanwhile the quick collections of
 * the small young generation (NODE_OPTIONS, infra/constructs/relay-function.ts) free nearly all of the buffers. The heap is 13 MiB, so a
 * function of 256 MB has room for that.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--heap-growing-percent=500');
