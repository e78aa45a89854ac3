package dev.archway.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);
  private final RateLimit limit = new RateLimit(10, now::get);

  @Test
  void aSecondsWorthMayBeSpentAtOnceAndComesBackWithTime() {
    assertThat(taken("a", 100)).isEqualTo(11);
    assertThat(limit.take("a")).isEqualTo(Duration.ofMillis(100));
    now.addAndGet(Duration.ofMillis(300).toNanos());
    assertThat(taken("a", 100)).isEqualTo(3);
    now.addAndGet(Duration.ofHours(1).toNanos());
    assertThat(taken("a", 100)).isEqualTo(11);
  }

  @Test
  void eachHasItsOwn() {
    taken("a", 100);
    assertThat(limit.take("b")).isZero();
  }

  private int taken(String who, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += limit.take(who).isZero() ? 1 : 0;
    }
    return taken;
  }
}
