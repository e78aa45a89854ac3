package dev.archway.contract.connector;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Names a secret; never holds its value. Where a value is needed, the service that needs it
 * resolves the reference.
 *
 * @param value the secret's identifier, with {@code account.} or {@code org.} before it when it is
 *     not the project's own, and with {@code @org/project} behind it when it was named from there
 */
public record SecretRef(@JsonValue String value) {
  private static final String ACCOUNT = "account.";
  private static final String ORG = "org.";

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

  /**
   * The secret that somebody names from within a scope. What is written cannot name its own scope:
   * that would reach the secrets of another project.
   *
   * @throws IllegalArgumentException when it tries to
   */
  public static SecretRef within(Scope from, String written) {
    if (written.indexOf('@') >= 0) {
      throw new IllegalArgumentException(
          "secret \"%s\" (expected: an identifier, with account. or org. before it where it is not the project's own)"
              .formatted(written));
    }
    return from.equals(Scope.ACCOUNT) || written.startsWith(ACCOUNT)
        ? new SecretRef(written)
        : new SecretRef(written + "@" + from);
  }

  /** As it was written, without where. */
  public String written() {
    int at = value.indexOf('@');
    return at < 0 ? value : value.substring(0, at);
  }

  /** The identifier alone. */
  public String identifier() {
    String written = written();
    return written.startsWith(ACCOUNT)
        ? written.substring(ACCOUNT.length())
        : written.startsWith(ORG) ? written.substring(ORG.length()) : written;
  }

  /** Where it lies; null when it is said to be an organisation's, and not whose. */
  public @Nullable Scope scope() {
    String written = written();
    if (written.startsWith(ACCOUNT)) {
      return Scope.ACCOUNT;
    }
    Scope from =
        written.length() == value.length()
            ? Scope.ACCOUNT
            : Scope.parse(value.substring(written.length() + 1));
    if (!written.startsWith(ORG)) {
      return from;
    }
    return from.org().isEmpty() ? null : new Scope(from.org(), "");
  }

  @Override
  public String toString() {
    return value;
  }
}
