package dev.archway.pipeline.compile;

import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlException;
import dev.archway.pipeline.yaml.YamlNode;
import dev.archway.pipeline.yaml.YamlReader;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Checks {@code podSpecOverlay}: YAML in a text, to be merged into the pod (Harness page "Customize
 * the pod spec").
 */
final class PodOverlay {
  private static final int LONGEST = 64 * 1024;

  /** What may be said of a stage's pod beside its containers, of Kubernetes' PodSpec v1. */
  private static final Set<String> KEYS =
      Set.of(
          "affinity",
          "dnsConfig",
          "dnsPolicy",
          "hostAliases",
          "hostIPC",
          "hostNetwork",
          "hostPID",
          "hostname",
          "imagePullSecrets",
          "nodeSelector",
          "preemptionPolicy",
          "priorityClassName",
          "runtimeClassName",
          "schedulerName",
          "securityContext",
          "serviceAccountName",
          "setHostnameAsFQDN",
          "shareProcessNamespace",
          "subdomain",
          "tolerations",
          "topologySpreadConstraints",
          "volumes");

  private static final Set<String> IGNORED = Set.of("containers", "initContainers");

  private PodOverlay() {}

  /** The overlay as written; null when there is none, or after a finding. */
  static @Nullable String read(Fields fields) {
    String text = fields.text("podSpecOverlay");
    if (text == null) {
      return null;
    }
    if (text.length() > LONGEST) {
      return wrong(
          fields, "%d characters (expected: at most %d)".formatted(text.length(), LONGEST));
    }
    YamlNode root;
    try {
      root = YamlReader.read(text);
    } catch (YamlException e) {
      return wrong(fields, "not YAML: %s".formatted(e.getMessage()));
    }
    if (!(root instanceof YamlNode.Mapping overlay)
        || !overlay.entries().keySet().equals(Set.of("spec"))
        || !(overlay.get("spec") instanceof YamlNode.Mapping spec)) {
      return wrong(fields, "not the spec of a pod (expected: one key \"spec\" with a mapping)");
    }
    boolean right = true;
    for (String key : spec.entries().keySet()) {
      if (IGNORED.contains(key)) {
        fields.warn(
            "podSpecOverlay",
            ProblemCode.NOT_SUPPORTED,
            "\"%s\" of the overlay is not read, as in Harness: a stage's containers are its steps"
                .formatted(key));
      } else if (!KEYS.contains(key)) {
        right = false;
        var _ =
            wrong(
                fields,
                "\"%s\" cannot be laid over a stage's pod%s (expected: one of %s)"
                    .formatted(key, Suggestion.of(key, KEYS), new TreeSet<>(KEYS)));
      }
    }
    return right ? text : null;
  }

  private static @Nullable String wrong(Fields fields, String what) {
    fields.error("podSpecOverlay", ProblemCode.BAD_VALUE, what);
    return null;
  }
}
