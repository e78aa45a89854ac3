package dev.archway.registry.oci;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A registry did not do what was asked. The message is for users. */
public final class OciException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** What kind of trouble it is. */
  public enum Kind {
    /** No answer, or the registry says that it cannot answer now; another try may help. */
    UNAVAILABLE,
    /** The registry has no such thing. */
    NOT_FOUND,
    /** The registry does not let these credentials do this. */
    DENIED,
    /** The registry refused what was sent. */
    REFUSED,
    /** The registry's answer is not what it should be. */
    MISMATCH
  }

  private final Kind kind;
  private final @Nullable Duration retryAfter;

  OciException(Kind kind, String message) {
    this(kind, message, null, null);
  }

  OciException(
      Kind kind, String message, @Nullable Duration retryAfter, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  /** What kind of trouble it is. */
  public Kind kind() {
    return kind;
  }

  /** How long the registry asked to be left alone; null when it said nothing. */
  @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
