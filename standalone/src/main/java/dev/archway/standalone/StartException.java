package dev.archway.standalone;

import org.jspecify.annotations.Nullable;

/** Something could not be brought up; the message is for people, and everything is closed again. */
final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
