package dev.archway.planner.submission;

import dev.archway.contract.id.ExecutionId;
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

  private static String pad(String digits, int length) {
    return "0".repeat(Math.max(0, length - digits.length())) + digits.toLowerCase(Locale.ROOT);
  }
}
