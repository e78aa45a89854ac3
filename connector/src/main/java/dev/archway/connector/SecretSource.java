package dev.archway.connector;

import dev.archway.contract.connector.Scope;
import dev.archway.contract.connector.SealedSecret;
import dev.archway.contract.connector.SecretRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Resolves secret references: what was stored over the API, else a file named like the reference in
 * a directory (a mounted Kubernetes Secret is one), else the environment variable {@code
 * ARCHWAY_SECRET_} and the reference in upper case with {@code _} for all but letters and digits.
 * Files and variables serve every project alike. Values are read each time, so that a changed
 * secret is used at once. Thread-safe.
 */
public final class SecretSource {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]*");
  private final Path directory;
  private final Map<String, String> environment;
  private final SealedSecrets stored;
  private final SecretKeys keys;

  /**
   * One without a store.
   *
   * @param environment usually {@code System.getenv()}
   */
  public SecretSource(Path directory, Map<String, String> environment) {
    this(directory, environment, SealedSecrets.NONE, SecretKeys.none());
  }

  /**
   * @param environment usually {@code System.getenv()}
   */
  public SecretSource(
      Path directory, Map<String, String> environment, SealedSecrets stored, SecretKeys keys) {
    this.directory = directory;
    this.environment = Map.copyOf(environment);
    this.stored = stored;
    this.keys = keys;
  }

  /**
   * The value; one line break at the end of a file is not part of it.
   *
   * @throws SecretUnavailableException when it is in none of these places, or cannot be decrypted
   */
  public String resolve(SecretRef ref) {
    String written = ref.written();
    if (!NAME.matcher(written).matches()) {
      throw new SecretUnavailableException(
          "cannot resolve secret \"%s\" (expected: a name of letters, digits, _, . and -)"
              .formatted(ref));
    }
    Scope scope = ref.scope();
    Optional<SealedSecret> sealed =
        scope == null ? Optional.empty() : stored.find(scope, ref.identifier());
    if (scope != null && sealed.isPresent()) {
      return keys.open(scope, ref.identifier(), sealed.get());
    }
    Path file = directory.resolve(written);
    try {
      if (Files.isRegularFile(file)) {
        String value = Files.readString(file);
        return value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read secret file " + file, e);
    }
    String variable =
        "ARCHWAY_SECRET_" + written.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    String value = environment.get(variable);
    if (value == null) {
      throw new SecretUnavailableException(
          "cannot resolve secret \"%s\": it is not stored, and neither file %s nor environment variable %s is there; store it, or make one of them"
              .formatted(ref, file, variable));
    }
    return value;
  }
}
