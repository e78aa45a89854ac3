package dev.archway.standalone;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The metrics of all services of this process as one text in Prometheus' format, where each metric
 * may stand once only: its samples are told apart by the label {@code service}. Thread-safe.
 */
final class MergedMetrics {
  private final List<PrometheusMeterRegistry> registries = new CopyOnWriteArrayList<>();

  void add(PrometheusMeterRegistry registry) {
    registries.add(registry);
  }

  String scrape() {
    return merge(registries.stream().map(PrometheusMeterRegistry::scrape).toList());
  }

  /** Joins the samples of one metric, below what the first text says of it. */
  static String merge(List<String> texts) {
    Map<String, StringBuilder> families = new LinkedHashMap<>();
    for (String text : texts) {
      String name = "";
      StringBuilder family = new StringBuilder();
      boolean known = false;
      for (String line : text.lines().toList()) {
        boolean comment = line.startsWith("# ");
        if (comment && !line.split(" ", 4)[2].equals(name)) {
          name = line.split(" ", 4)[2];
          known = families.containsKey(name);
          family = families.computeIfAbsent(name, _ -> new StringBuilder());
        }
        if (!comment || !known) {
          family.append(line).append('\n');
        }
      }
    }
    return String.join("", families.values());
  }
}
