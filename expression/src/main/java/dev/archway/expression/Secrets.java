package dev.archway.expression;

/**
 * What {@code secrets.getValue("identifier")} reads (Harness page "Add and reference text
 * secrets"). A scope hands it out under the path {@code secrets} where secrets may be read.
 */
@FunctionalInterface
public interface Secrets {
  /**
   * The secret's value.
   *
   * @throws RuntimeException when it cannot be had; the message names the secret, never a value
   */
  String value(String identifier);
}
