package dev.archway.web;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A secret that bearers show (RFC 6750). Only its SHA-256 is kept, and comparing takes the same
 * time for every wrong token. Immutable and thread-safe.
 */
public final class BearerToken {
  private static final String SCHEME = "Bearer ";

  private final byte[] hash;

  private BearerToken(byte[] hash) {
    this.hash = hash;
  }

  /** The token that has this text. */
  public static BearerToken of(String token) {
    try {
      return new BearerToken(
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Reads the value of an {@code Authorization} header; empty when it shows no bearer token. */
  public static Optional<BearerToken> ofHeader(@Nullable String authorization) {
    return textOf(authorization).map(BearerToken::of);
  }

  /** The token's text in an {@code Authorization} header; empty when it shows no bearer token. */
  public static Optional<String> textOf(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    String token = authorization.substring(SCHEME.length()).strip();
    return token.isEmpty() ? Optional.empty() : Optional.of(token);
  }

  /** True when both are the same token. */
  public boolean sameAs(BearerToken other) {
    return MessageDigest.isEqual(hash, other.hash);
  }
}
