package dev.archway.contract.plan;

import org.jspecify.annotations.Nullable;

/**
 * When a stage, group or step runs (Harness page "Define conditional executions"): the status of
 * what came before, and a condition.
 *
 * @param condition an expression; null for none
 */
public record When(Before before, @Nullable String condition) {
  /** If all went well so far. */
  public static final When SUCCESS = new When(Before.SUCCESS, null);

  /** What must have happened before. */
  public enum Before {
    /** Nothing failed, but for what a failure strategy forgave. */
    SUCCESS,
    /** Something failed. */
    FAILURE,
    /** Anything. */
    ALL
  }
}
