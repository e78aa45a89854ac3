package dev.archway.registry.oci;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A user's name and password at a registry. */
public record Credentials(String username, String password) {
  String basic() {
    return "Basic "
        + Base64.getEncoder()
            .encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
  }

  /** Never tells the password. */
  @Override
  public String toString() {
    return "Credentials[" + username + "]";
  }
}
