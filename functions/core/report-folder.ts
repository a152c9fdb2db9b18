/** Where an audit keeps what only its own steps read. */

/** Under the prefix of all reports. A lifecycle rule removes it. */
export const WORK_FOLDER = 'work/';
