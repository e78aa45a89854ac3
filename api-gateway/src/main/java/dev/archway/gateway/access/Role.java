package dev.archway.gateway.access;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a caller may do in a scope; each role may do all that those before it may. */
public enum Role {
  /** Reads. */
  VIEWER,
  /** Starts and stops executions. */
  RUNNER,
  /** Changes what executions depend on, and who may come in. */
  ADMIN;

  /** The role of this name, such as {@code runner}. */
  @JsonCreator
  public static Role of(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    throw new IllegalArgumentException(
        "role: \"%s\" (expected: viewer, runner or admin)".formatted(word));
  }

  /** Its name in the API. */
  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean allows(Role needed) {
    return compareTo(needed) >= 0;
  }
}
