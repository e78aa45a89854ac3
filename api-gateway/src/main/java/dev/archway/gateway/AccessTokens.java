package dev.archway.gateway;

import dev.archway.web.BearerToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens that users may show, read from a file and read again when it changes. While the file
 * cannot be read nobody is let in. Thread-safe.
 */
final class AccessTokens {
  private static final Logger log = LoggerFactory.getLogger(AccessTokens.class);

  private final Path file;
  private volatile Read last = new Read(null, List.of());

  private record Read(@Nullable Version version, List<BearerToken> tokens) {}

  /** What tells a changed file; the key differs when another file was moved into its place. */
  private record Version(long modifiedNanos, long size, @Nullable Object key) {}

  AccessTokens(Path file) {
    this.file = file;
  }

  boolean allow(BearerToken shown) {
    boolean allowed = false;
    // Every token is compared, so that the time taken does not tell which one came close.
    for (BearerToken token : current().tokens()) {
      allowed |= token.sameAs(shown);
    }
    return allowed;
  }

  private Read current() {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      Version version =
          new Version(
              attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
              attributes.size(),
              attributes.fileKey());
      Read read = last;
      if (!version.equals(read.version())) {
        read = new Read(version, tokens());
        last = read;
      }
      return read;
    } catch (IOException e) {
      log.error(
          "cannot read the access tokens from {}: {} (expected: a file with one token per line); nobody is let in until it can be read",
          file,
          e.toString());
      return new Read(null, List.of());
    }
  }

  private List<BearerToken> tokens() throws IOException {
    return Files.readAllLines(file).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .map(BearerToken::of)
        .toList();
  }
}
