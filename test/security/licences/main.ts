/** `npm run licences`: writes docs/licences.md. */
import { writeFileSync } from 'node:fs';
import { LICENCES_PAGE, licencesPage, lockedPackages } from './licences.ts';

writeFileSync(LICENCES_PAGE, licencesPage(lockedPackages()));
