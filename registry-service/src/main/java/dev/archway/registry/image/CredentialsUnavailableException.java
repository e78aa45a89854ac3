package dev.archway.registry.image;

import java.io.Serial;

/** A connector's password cannot be resolved. The message is for users and holds no secret. */
public final class CredentialsUnavailableException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Says which secret is missing and why. */
  public CredentialsUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
