package dev.archway.planner.submission;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Digest;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Locale;

/** Makes execution ids: they sort by time and cannot be guessed. Thread-safe. */
final class ExecutionIds {
  private static final int RADIX = 36;
  private final SecureRandom random = new SecureRandom();

  /** {@code e}, nine digits of milliseconds since 1970 and eight of chance, all in base 36. */
  ExecutionId next(Instant now) {
    String time = pad(Long.toString(now.toEpochMilli(), RADIX), 9);
    String chance = pad(Long.toString(random.nextLong(1L << 41), RADIX), 8);
    return ExecutionId.of("e" + time + chance);
  }

  /** The same for the same identity: what is started twice by mistake is started once. */
  ExecutionId derived(Instant at, String identity) {
    String time = pad(Long.toString(at.toEpochMilli(), RADIX), 9);
    String hash = Digest.sha256(identity.getBytes(StandardCharsets.UTF_8)).hex();
    long chance = Long.parseLong(hash.substring(0, 10), 16);
    return ExecutionId.of("e" + time + pad(Long.toString(chance, RADIX), 8));
  }

  private static String pad(String digits, int length) {
    return "0".repeat(Math.max(0, length - digits.length())) + digits.toLowerCase(Locale.ROOT);
  }
}
