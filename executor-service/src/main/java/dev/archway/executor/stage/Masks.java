package dev.archway.executor.stage;

import dev.archway.contract.failure.Failure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps a stage's secrets out of what is told of it: each becomes {@code **************} wherever
 * it stands whole in a line, as it is or in base64. Of a secret of several lines each line counts.
 * What is shorter than {@value #SHORTEST} characters is left, since it would hide harmless text. A
 * secret that a step changes or prints in pieces is not recognised. Thread-safe.
 */
final class Masks {
  static final int SHORTEST = 4;
  private static final String MASK = "**************";

  /**
   * Three bytes are four characters of base64; the last group depends on what follows the secret.
   */
  private static final int GROUP = 3;

  private static final int LAST_GROUPS = 8;

  private record Known(List<String> plain, List<String> encoded) {}

  private final AtomicReference<Known> known =
      new AtomicReference<>(new Known(List.of(), List.of()));

  /** From now on this value is hidden. */
  void add(String secret) {
    known.updateAndGet(before -> {
      List<String> plain = new ArrayList<>(before.plain());
      for (String line : secret.lines().map(String::strip).toList()) {
        if (line.length() >= SHORTEST && !plain.contains(line)) {
          plain.add(line);
        }
      }
      // The longest first: one may be part of another.
      plain.sort(Comparator.comparingInt(String::length).reversed());
      List<String> encoded = new ArrayList<>(before.encoded());
      byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
      byte[] whole = java.util.Arrays.copyOf(bytes, bytes.length / GROUP * GROUP);
      String base64 = Base64.getEncoder().encodeToString(whole);
      if (secret.length() >= SHORTEST
          && base64.length() >= LAST_GROUPS
          && !encoded.contains(base64)) {
        encoded.add(base64);
      }
      return new Known(List.copyOf(plain), List.copyOf(encoded));
    });
  }

  /** The text without the secrets. */
  String hide(String text) {
    Known now = known.get();
    String hidden = text;
    for (String secret : now.plain()) {
      hidden = hidden.replace(secret, MASK);
    }
    for (String secret : now.encoded()) {
      hidden = hideEncoded(hidden, secret);
    }
    return hidden;
  }

  /** With the group of base64 that follows, which holds the secret's last bytes. */
  private static String hideEncoded(String text, String secret) {
    int at = text.indexOf(secret);
    if (at < 0) {
      return text;
    }
    StringBuilder hidden = new StringBuilder();
    int from = 0;
    while (at >= 0) {
      int end = at + secret.length();
      int most = Math.min(text.length(), end + LAST_GROUPS / 2);
      while (end < most && isBase64(text.charAt(end))) {
        end++;
      }
      hidden.append(text, from, at).append(MASK);
      from = end;
      at = text.indexOf(secret, from);
    }
    return hidden.append(text, from, text.length()).toString();
  }

  private static boolean isBase64(char c) {
    return "+/=".indexOf(c) >= 0
        || (c >= '0' && c <= '9')
        || "abcdefghijklmnopqrstuvwxyz".indexOf(String.valueOf(c).toLowerCase(Locale.ROOT)) >= 0;
  }

  /** The failure without the secrets. */
  Failure hide(Failure failure) {
    return new Failure(
        failure.reason(),
        hide(failure.message()),
        failure.retryable(),
        failure.step(),
        failure.exitCode(),
        failure.logTail());
  }
}
