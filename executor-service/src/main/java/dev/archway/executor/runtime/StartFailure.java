package dev.archway.executor.runtime;

import dev.archway.contract.failure.FailureReason;

/** Why nothing of a step ran. */
public enum StartFailure {
  /** The image is unknown, refused, or of another platform. */
  IMAGE(FailureReason.IMAGE_UNAVAILABLE, false),
  /** The registry could not be asked for the image. */
  IMAGE_UNREACHABLE(FailureReason.IMAGE_UNAVAILABLE, true),
  /** The runtime refuses the step's settings. */
  INVALID_SPEC(FailureReason.INVALID_SPEC, false),
  /** A secret could not be resolved. */
  SECRET(FailureReason.SECRET_UNAVAILABLE, false),
  /** No node can take it now. */
  UNSCHEDULABLE(FailureReason.RUNTIME_UNAVAILABLE, true),
  /** A quota is used up. */
  QUOTA(FailureReason.RUNTIME_UNAVAILABLE, true),
  /** The engine could not start it. */
  ENGINE(FailureReason.RUNTIME_UNAVAILABLE, true);

  private final FailureReason reason;
  private final boolean retryable;

  StartFailure(FailureReason reason, boolean retryable) {
    this.reason = reason;
    this.retryable = retryable;
  }

  /** The reason that is reported. */
  public FailureReason reason() {
    return reason;
  }

  /** True when another attempt may succeed without a change by the user. */
  public boolean retryable() {
    return retryable;
  }
}
