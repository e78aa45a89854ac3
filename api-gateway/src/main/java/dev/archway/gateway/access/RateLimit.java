package dev.archway.gateway.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How often each of many may ask. Everyone gathers a second's worth while not asking, which may be
 * spent at once (the generic cell rate algorithm, ITU-T I.371: one number for each). Those who have
 * not asked for a while are forgotten, so memory is bounded. Thread-safe.
 */
final class RateLimit {
  private static final int REMEMBERED = 100_000;
  private static final long SECOND = 1_000_000_000L;

  private final long interval;
  private final LongSupplier nanoTime;
  private final Cache<String, AtomicLong> due =
      Caffeine.newBuilder()
          .maximumSize(REMEMBERED)
          .expireAfterAccess(Duration.ofMinutes(1))
          .build();

  /**
   * @param perSecond 1 or more
   */
  RateLimit(int perSecond, LongSupplier nanoTime) {
    if (perSecond < 1) {
      throw new IllegalArgumentException(
          "rate limit: %d per second (expected: 1 or more)".formatted(perSecond));
    }
    this.interval = SECOND / perSecond;
    this.nanoTime = nanoTime;
  }

  /** How long this one has to wait before it may ask; zero when it may, which then counts. */
  Duration take(String who) {
    long now = nanoTime.getAsLong();
    AtomicLong next = due.get(who, _ -> new AtomicLong(now - SECOND));
    while (true) {
      long seen = next.get();
      long from = seen - (now - SECOND) < 0 ? now - SECOND : seen;
      if (from - now > 0) {
        return Duration.ofNanos(from - now);
      }
      if (next.compareAndSet(seen, from + interval)) {
        return Duration.ZERO;
      }
    }
  }
}
