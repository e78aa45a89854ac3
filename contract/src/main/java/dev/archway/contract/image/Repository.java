package dev.archway.contract.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * A repository at a registry: {@code host[:port]/path}. The path follows the OCI distribution
 * specification, section "Pulling manifests" ({@code <name>}).
 *
 * @param host the registry's host, with its port when it has one
 * @param path the repository's name at that registry
 */
public record Repository(String host, String path) {
  private static final Pattern HOST =
      Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9.-]*(:[0-9]{1,5})?|\\[[0-9a-fA-F:]+](:[0-9]{1,5})?");
  private static final Pattern PATH =
      Pattern.compile("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");

  /** The form of a tag (OCI distribution specification, {@code <reference>} as a tag). */
  public static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

  public Repository {
    if (!HOST.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "registry host: \"%s\" (expected: host or host:port)".formatted(host));
    }
    if (!PATH.matcher(path).matches() || path.length() > 255) {
      throw new IllegalArgumentException(
          "repository: \"%s\" (expected: lower-case path components of a-z, 0-9, ., _ and -, joined by /)"
              .formatted(path));
    }
  }

  /** Reads {@code host/path}. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Repository parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "repository: \"%s\" (expected: host/path)".formatted(text));
    }
    return new Repository(text.substring(0, slash), text.substring(slash + 1));
  }

  /**
   * Resolves what a pipeline wrote as {@code repo} against a connector's registry. Text whose first
   * component looks like a host (has a dot or a colon, or is {@code localhost}) names its own
   * registry, as Docker clients read it; any other text is a path at {@code defaultHost}.
   */
  public static Repository resolve(String written, String defaultHost) {
    int slash = written.indexOf('/');
    String first = slash < 0 ? "" : written.substring(0, slash);
    boolean names = first.contains(".") || first.contains(":") || first.equals("localhost");
    return names ? parse(written) : new Repository(defaultHost, written);
  }

  /** {@code host/path:tag}. */
  public String tagged(String tag) {
    return this + ":" + tag;
  }

  /** {@code host/path@digest}. */
  public String pinned(Digest digest) {
    return this + "@" + digest;
  }

  @JsonValue
  @Override
  public String toString() {
    return host + "/" + path;
  }
}
