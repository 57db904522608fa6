// Loaded before a program, this makes its clock go ahead by so many milliseconds.
const shift = Number(process.env.MOUND_TEST_SHIFT_MS);
const { now } = Date;
Date.now = () => now() + shift;
