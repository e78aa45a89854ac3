package dev.archway.executor.runtime;

import dev.archway.contract.id.StageKey;

/**
 * Another executor has brought the stage to its end and told so: there is nothing to be done or
 * told any more.
 */
public final class StageOverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StageOverException(StageKey key) {
    super("stage %s has been brought to its end by another executor".formatted(key));
  }
}
