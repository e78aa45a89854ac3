package dev.archway.connector;

/**
 * A secret is nowhere. The message names the reference and where it was looked for, never a value.
 */
public final class SecretUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SecretUnavailableException(String message) {
    super(message);
  }
}
