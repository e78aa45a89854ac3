package dev.archway.connector;

import dev.archway.contract.connector.SecretRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Resolves secret references: a file named like the reference in a directory, else the environment
 * variable {@code ARCHWAY_SECRET_} and the reference in upper case with {@code _} for all but
 * letters and digits. Values are read each time, so that a changed secret is used at once.
 * Thread-safe.
 */
public final class SecretSource {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]*");
  private final Path directory;
  private final Map<String, String> environment;

  /**
   * @param environment usually {@code System.getenv()}
   */
  public SecretSource(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = Map.copyOf(environment);
  }

  /**
   * The value; one line break at the end of a file is not part of it.
   *
   * @throws SecretUnavailableException when it is in neither place
   */
  public String resolve(SecretRef ref) {
    if (!NAME.matcher(ref.value()).matches()) {
      throw new SecretUnavailableException(
          "cannot resolve secret \"%s\" (expected: a name of letters, digits, _, . and -)"
              .formatted(ref));
    }
    Path file = directory.resolve(ref.value());
    try {
      if (Files.isRegularFile(file)) {
        String value = Files.readString(file);
        return value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read secret file " + file, e);
    }
    String variable =
        "ARCHWAY_SECRET_" + ref.value().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    String value = environment.get(variable);
    if (value == null) {
      throw new SecretUnavailableException(
          "cannot resolve secret \"%s\": neither file %s nor environment variable %s is there; make one of them"
              .formatted(ref, file, variable));
    }
    return value;
  }
}
