package dev.archway.registry.index;

import java.io.Serial;

/** These parts cannot be one index. The message is for users. */
public final class IndexRefusedException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  IndexRefusedException(String message) {
    super(message);
  }
}
