package dev.archway.executor.runtime.podman;

/** A secret could not be resolved; the detail names it. */
final class SecretUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String detail;

  SecretUnavailable(String detail, RuntimeException cause) {
    super(detail, cause);
    this.detail = detail;
  }

  String detail() {
    return detail;
  }
}
