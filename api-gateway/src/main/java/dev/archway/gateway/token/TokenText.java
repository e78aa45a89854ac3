package dev.archway.gateway.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An API token as its owner shows it: {@code arw_<id>_<secret>}, the secret 256 random bits. The
 * form is one that scanners for leaked secrets can recognise.
 */
record TokenText(String id, String text) {
  private static final Pattern FORM = Pattern.compile("arw_([0-9a-f]{12})_[A-Za-z0-9_-]{43}");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int ID_BYTES = 6;
  private static final int SECRET_BYTES = 32;

  static TokenText make() {
    String id = HexFormat.of().formatHex(random(ID_BYTES));
    String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(random(SECRET_BYTES));
    return new TokenText(id, "arw_%s_%s".formatted(id, secret));
  }

  /** Empty when the text is no API token at all. */
  static Optional<TokenText> read(String text) {
    Matcher form = FORM.matcher(text);
    return form.matches() ? Optional.of(new TokenText(form.group(1), text)) : Optional.empty();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  /** What is kept. A random secret needs no salt and no slow hash: there is nothing to guess. */
  String hash() {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  boolean hasHash(String kept) {
    return MessageDigest.isEqual(
        hash().getBytes(StandardCharsets.US_ASCII), kept.getBytes(StandardCharsets.US_ASCII));
  }

  /** Leaves the secret out. */
  @Override
  public String toString() {
    return "arw_" + id;
  }
}
