package dev.archway.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document with a connector or a secret that the user named.
 *
 * @param text as it was written; never shown, since it may hold a value
 */
record SettingFile(String text, Map<?, ?> fields) {
  private static final String STANDARD_INPUT = "-";

  /**
   * Reads it.
   *
   * @param file {@code -} for the standard input
   * @param key the document's one key
   */
  static SettingFile read(String file, String key) {
    String text = file.equals(STANDARD_INPUT) ? standardInput() : Server.file(Path.of(file));
    if (Yaml.mapping(file, text).get(key) instanceof Map<?, ?> fields) {
      return new SettingFile(text, fields);
    }
    throw new CommandException(
        ExitCode.REFUSED,
        "cannot read %s: no \"%s:\" in it (expected: that key, with its fields indented below it)"
            .formatted(file, key));
  }

  String identifier() {
    String identifier = field("identifier");
    if (identifier == null) {
      throw new CommandException(
          ExitCode.REFUSED, "cannot store it: it has no identifier (expected: one)");
    }
    return identifier;
  }

  @Nullable String field(String key) {
    return fields.get(key) instanceof String text ? text : null;
  }

  private static String standardInput() {
    try {
      return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CommandException(
          ExitCode.REFUSED, "cannot read the standard input: " + e.getMessage());
    }
  }

  @Override
  public String toString() {
    return "SettingFile[" + field("identifier") + "]";
  }
}
