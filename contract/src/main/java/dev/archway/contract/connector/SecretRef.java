package dev.archway.contract.connector;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Names a secret; never holds its value. Where a value is needed, the service that needs it
 * resolves the reference.
 *
 * @param value the secret's identifier, with {@code account.} or {@code org.} before it when it is
 *     not the project's own
 */
public record SecretRef(@JsonValue String value) {
  public SecretRef {
    if (value.isBlank()) {
      throw new IllegalArgumentException(
          "secret reference: blank (expected: a secret's identifier)");
    }
  }

  /** Reads the printed form. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static SecretRef of(String value) {
    return new SecretRef(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
