package dev.archway.contract.failure;

/**
 * Why something that was started did not succeed. Closed: every value is described here and nowhere
 * else.
 */
public enum FailureReason {
  /** The step's command ended with an exit code other than 0. */
  EXIT_CODE,
  /** The step was killed because it went over its memory limit. */
  OUT_OF_MEMORY,
  /** The step, stage or pipeline went over its time limit. */
  TIMED_OUT,
  /** Somebody asked for it to stop. */
  STOPPED,
  /** The step's image could not be had: unknown, refused, or of another platform. */
  IMAGE_UNAVAILABLE,
  /** The source code could not be cloned. */
  CLONE_FAILED,
  /** The image could not be built. */
  BUILD_FAILED,
  /** The image was built but the registry did not take it. */
  PUSH_FAILED,
  /** A cache or an artifact could not be moved to or from its bucket. */
  TRANSFER_FAILED,
  /** The registry's answer differs from what was sent, or a recorded image is not there. */
  REGISTRY_MISMATCH,
  /** A part of an image index is missing. */
  INDEX_INCOMPLETE,
  /** The runtime refused the step's settings. */
  INVALID_SPEC,
  /** The runtime could not be reached or could not start the step. */
  RUNTIME_UNAVAILABLE,
  /** A secret could not be resolved. */
  SECRET_UNAVAILABLE,
  /** What ran the step is gone, so its result is not known; never counted as success. */
  LOST
}
