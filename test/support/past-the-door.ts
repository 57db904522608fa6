/**
 * An option of `git push`: the push of somebody who may write the files of the origin, so that its hook
 * is not asked. What gets in that way is for readers, audits and repairs.
 */
export const PAST_THE_DOOR = "--receive-pack=git -c core.hooksPath=/dev/null receive-pack";
