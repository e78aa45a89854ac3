package dev.archway.registry.oci;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;

/**
 * How often and after which waits a call is made again. Waits double from the first to the longest,
 * each changed at random by up to a quarter so that many callers do not come back together.
 *
 * @param attempts how often a call is made at most
 * @param firstWait before the second attempt
 * @param longestWait between any two attempts, even when the registry asks for more
 */
public record RetryRules(int attempts, Duration firstWait, Duration longestWait) {
  public RetryRules {
    if (attempts < 1 || !firstWait.isPositive() || longestWait.compareTo(firstWait) < 0) {
      throw new IllegalArgumentException(
          "retries: attempts %d, first wait %s, longest wait %s (expected: at least 1 attempt; 0 < first wait <= longest wait)"
              .formatted(attempts, firstWait, longestWait));
    }
  }

  Retry retry() {
    IntervalFunction waits =
        IntervalFunction.ofExponentialRandomBackoff(firstWait, 2.0, 0.25, longestWait);
    return Retry.of(
        "registry",
        RetryConfig.custom()
            .maxAttempts(attempts)
            .retryOnException(
                e -> e instanceof OciException oci && oci.kind() == OciException.Kind.UNAVAILABLE)
            .intervalBiFunction((attempt, outcome) -> {
              long wait = waits.apply(attempt);
              if (outcome.isLeft()
                  && outcome.getLeft() instanceof OciException oci
                  && oci.retryAfter() != null) {
                wait = Math.max(wait, oci.retryAfter().toMillis());
              }
              return Math.min(wait, longestWait.toMillis());
            })
            .build());
  }
}
