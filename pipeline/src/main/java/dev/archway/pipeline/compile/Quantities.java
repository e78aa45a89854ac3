package dev.archway.pipeline.compile;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Amounts as pipelines write them: Kubernetes quantities (documentation page "Resource units in
 * Kubernetes") and Harness durations.
 */
final class Quantities {
  private static final Pattern QUANTITY =
      Pattern.compile("([0-9]+(?:\\.[0-9]+)?)(|m|k|K|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)");
  private static final Pattern DURATION = Pattern.compile("([0-9]+)\\s*(w|d|h|m|s)");
  private static final Map<String, BigDecimal> UNITS =
      Map.ofEntries(
          Map.entry("", BigDecimal.ONE),
          Map.entry("m", new BigDecimal("0.001")),
          Map.entry("k", BigDecimal.valueOf(1_000)),
          Map.entry("K", BigDecimal.valueOf(1_000)),
          Map.entry("M", BigDecimal.valueOf(1_000_000)),
          Map.entry("G", BigDecimal.valueOf(1_000_000_000L)),
          Map.entry("T", BigDecimal.valueOf(1_000_000_000_000L)),
          Map.entry("P", BigDecimal.valueOf(1_000_000_000_000_000L)),
          Map.entry("E", BigDecimal.valueOf(1_000_000_000_000_000_000L)),
          Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
          Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
          Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
          Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
          Map.entry("Pi", BigDecimal.valueOf(1L << 50)),
          Map.entry("Ei", BigDecimal.valueOf(1L << 60)));

  /** Harness's own maximum (page "Pipeline settings", its largest plan). */
  private static final Duration LONGEST = Duration.ofDays(35);

  private Quantities() {}

  static long bytes(String text) {
    return amount(text, BigDecimal.ONE, "an amount of memory such as 100M or 512Mi");
  }

  static long milliCpus(String text) {
    return amount(text, BigDecimal.valueOf(1000), "an amount of CPU such as 500m or 2");
  }

  private static long amount(String text, BigDecimal factor, String expected) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"%s\" (expected: %s)".formatted(text, expected));
    }
    BigDecimal unit = UNITS.get(matcher.group(2));
    BigDecimal value =
        new BigDecimal(matcher.group(1))
            .multiply(unit == null ? BigDecimal.ONE : unit)
            .multiply(factor);
    if (value.signum() <= 0 || value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: %s, more than 0)".formatted(text, expected));
    }
    return value.longValue();
  }

  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    Duration sum = Duration.ZERO;
    int end = 0;
    while (matcher.find() && text.substring(end, matcher.start()).isBlank()) {
      if (matcher.group(1).length() > 9) {
        break;
      }
      long count = Long.parseLong(matcher.group(1));
      sum =
          sum.plus(
              switch (matcher.group(2)) {
                case "w" -> Duration.ofDays(7 * count);
                case "d" -> Duration.ofDays(count);
                case "h" -> Duration.ofHours(count);
                case "m" -> Duration.ofMinutes(count);
                default -> Duration.ofSeconds(count);
              });
      end = matcher.end();
    }
    if (end != text.length() || sum.isZero() || sum.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "\"%s\" (expected: a duration such as 30s, 10m or 1h 30m, %d days at most)"
              .formatted(text, LONGEST.toDays()));
    }
    return sum;
  }
}
