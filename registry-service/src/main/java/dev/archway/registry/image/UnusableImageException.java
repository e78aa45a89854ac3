package dev.archway.registry.image;

import java.io.Serial;

/** What is at the registry is not an image as the OCI image specification describes it. */
final class UnusableImageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  UnusableImageException(String message) {
    super(message);
  }

  UnusableImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
