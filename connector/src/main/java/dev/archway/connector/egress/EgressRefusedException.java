package dev.archway.connector.egress;

import java.io.IOException;

/** An address that no service may connect to. The message says which, why, and who can allow it. */
public final class EgressRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  EgressRefusedException(String message) {
    super(message);
  }
}
