package dev.archway.executor.runtime.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lays a pipeline's own words over a stage's pod (Harness page "Customize the pod spec"): mappings
 * are merged, members of lists are added, all else is replaced. What makes the pod the stage's
 * stays: its containers, its volumes, its platform. Pure.
 */
final class PodOverlay {
  private static final KubernetesSerialization FORMAT = new KubernetesSerialization();

  private PodOverlay() {}

  /**
   * @param overlay YAML with a {@code spec}; null for nothing
   * @throws IllegalArgumentException when it is not a part of a pod, or takes a volume's name
   */
  static Pod over(Pod pod, @Nullable String overlay) {
    if (overlay == null) {
      return pod;
    }
    Map<String, Object> tree = map(FORMAT.unmarshal(FORMAT.asJson(pod), Map.class));
    Map<String, Object> spec = map(tree.get("spec"));
    Map<String, Object> more =
        new LinkedHashMap<>(map(map(FORMAT.unmarshal(overlay, Map.class)).get("spec")));
    more.keySet().removeAll(List.of("containers", "initContainers"));
    Map<String, Object> selector = new LinkedHashMap<>(map(spec.get("nodeSelector")));
    for (Object volume : list(more.get("volumes"))) {
      if (list(spec.get("volumes")).stream().anyMatch(own -> name(own).equals(name(volume)))) {
        throw new IllegalArgumentException(
            "podSpecOverlay: volume \"%s\" (expected: another name; the stage has one of its own that is called so)"
                .formatted(name(volume)));
      }
    }
    merge(spec, more);
    map(spec.get("nodeSelector")).putAll(selector);
    try {
      return FORMAT.unmarshal(FORMAT.asJson(tree), Pod.class);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("podSpecOverlay: " + e.getMessage(), e);
    }
  }

  private static void merge(Map<String, Object> into, Map<String, Object> from) {
    from.forEach((key, value) -> {
      Object present = into.get(key);
      if (present instanceof Map && value instanceof Map) {
        merge(map(present), map(value));
      } else if (present instanceof List && value instanceof List) {
        List<Object> all = new ArrayList<>(list(present));
        all.addAll(list(value));
        into.put(key, all);
      } else {
        into.put(key, value);
      }
    });
  }

  private static String name(Object member) {
    return member instanceof Map<?, ?> map ? Objects.toString(map.get("name")) : "";
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? (Map<String, Object>) map : new LinkedHashMap<>();
  }
}
