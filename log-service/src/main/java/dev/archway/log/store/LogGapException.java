package dev.archway.log.store;

import java.io.Serial;

/** A chunk begins after the end of what is stored, so lines between are missing. */
public final class LogGapException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  LogGapException(String message) {
    super(message);
  }
}
