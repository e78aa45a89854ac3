package dev.archway.gateway.webhook;

import dev.archway.contract.event.GitEvent;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Checks that a call comes from somebody who knows the trigger's secret: HMAC-SHA-256 over the raw
 * body where the server signs, the secret itself where it does not (GitLab). All comparisons take
 * the same time, whatever is wrong. Pure.
 */
final class Signature {
  /** How far a generic call's time may be off, either way. */
  static final Duration WINDOW = Duration.ofMinutes(5);

  private static final Pattern TIMED = Pattern.compile("t=(\\d{1,12}),v1=([0-9a-f]{64})");

  private Signature() {}

  /** What is known of a call's origin. */
  sealed interface Verdict {
    /**
     * It is genuine.
     *
     * @param fingerprint the same for the same signed content; null where no content is signed
     */
    record Genuine(@Nullable String fingerprint) implements Verdict {}

    /** It is not, or cannot be told. */
    record Refused(String why) implements Verdict {}
  }

  static Verdict check(GitEvent.Provider provider, String secret, Call call, Instant now) {
    return switch (provider) {
      case GITHUB -> signed(call, secret, "x-hub-signature-256", "sha256=");
      case BITBUCKET -> signed(call, secret, "x-hub-signature", "sha256=");
      case GITEA -> signed(call, secret, "x-gitea-signature", "");
      case GITLAB -> {
        String token = call.header("x-gitlab-token");
        yield token == null
            ? new Verdict.Refused("header X-Gitlab-Token is missing")
            : same(secret.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8))
                ? new Verdict.Genuine(null)
                : new Verdict.Refused("header X-Gitlab-Token is not the trigger's secret");
      }
      case GENERIC -> timed(call, secret, now);
    };
  }

  private static Verdict signed(Call call, String secret, String header, String prefix) {
    String shown = call.header(header);
    if (shown == null || !shown.startsWith(prefix)) {
      return new Verdict.Refused("header %s is missing".formatted(header));
    }
    byte[] expected = hmac(secret, call.body());
    return matches(expected, shown.substring(prefix.length()))
        ? new Verdict.Genuine(HexFormat.of().formatHex(expected))
        : new Verdict.Refused("header %s does not sign this body".formatted(header));
  }

  private static Verdict timed(Call call, String secret, Instant now) {
    String shown = call.header("x-archway-signature");
    Matcher parts = TIMED.matcher(shown == null ? "" : shown);
    if (!parts.matches()) {
      return new Verdict.Refused(
          "header X-Archway-Signature is missing or malformed (expected: t=SECONDS,v1=HEX)");
    }
    String time = parts.group(1);
    byte[] signed = (time + ".").getBytes(StandardCharsets.UTF_8);
    byte[] body = call.body();
    byte[] content = Arrays.copyOf(signed, signed.length + body.length);
    System.arraycopy(body, 0, content, signed.length, body.length);
    byte[] expected = hmac(secret, content);
    if (!matches(expected, parts.group(2))) {
      return new Verdict.Refused("header X-Archway-Signature does not sign this time and body");
    }
    Duration off = Duration.between(Instant.ofEpochSecond(Long.parseLong(time)), now).abs();
    return off.compareTo(WINDOW) > 0
        ? new Verdict.Refused(
            "the call was signed %d s away from now (expected: %d s at most)"
                .formatted(off.toSeconds(), WINDOW.toSeconds()))
        : new Verdict.Genuine(HexFormat.of().formatHex(expected));
  }

  private static boolean matches(byte[] expected, String hex) {
    try {
      return same(expected, HexFormat.of().parseHex(hex));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean same(byte[] expected, byte[] shown) {
    // Of the same length whatever was shown, so that not even the length is told.
    return MessageDigest.isEqual(sha256(expected), sha256(shown));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  static byte[] hmac(String secret, byte[] content) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return mac.doFinal(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
