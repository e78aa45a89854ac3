package dev.archway.contract.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A content digest as in the OCI image specification, section "Digests". Only the registered
 * algorithms sha256 and sha512 are read.
 *
 * @param value {@code algorithm:hex}
 */
public record Digest(@JsonValue String value) {
  private static final Pattern FORM = Pattern.compile("sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}");

  public Digest {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "digest: \"%s\" (expected: sha256: and 64 hex digits, or sha512: and 128)"
              .formatted(value));
    }
  }

  /** Reads the printed form. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Digest of(String value) {
    return new Digest(value);
  }

  /** The sha256 digest of exactly these bytes. */
  public static Digest sha256(byte[] content) {
    try {
      return new Digest(
          "sha256:"
              + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What stands after the algorithm. */
  public String hex() {
    return value.substring(value.indexOf(':') + 1);
  }

  @Override
  public String toString() {
    return value;
  }
}
