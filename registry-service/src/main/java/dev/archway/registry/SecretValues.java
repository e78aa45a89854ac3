package dev.archway.registry;

import dev.archway.contract.connector.SecretRef;

/** Resolves secrets at the moment they are needed. Thread-safe. */
@FunctionalInterface
public interface SecretValues {
  /**
   * The secret's value.
   *
   * @throws RuntimeException when it is unknown or cannot be read; the message names the secret,
   *     not its value
   */
  String resolve(SecretRef secret);
}
