package dev.archway.pipeline.compile;

import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.Placement.Volume;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code infrastructure.spec.volumes} (Harness page "CI stage settings", "Volumes"). */
final class VolumeReader {
  /** What a runtime needs to find as it is; Kubernetes mounts nothing over its own either. */
  private static final Set<String> TAKEN =
      Set.of("/", "/harness", "/archway", "/run/archway", "/proc", "/sys", "/dev");

  private VolumeReader() {}

  static List<Volume> read(Fields spec, Findings findings) {
    List<Volume> volumes = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    List<YamlNode> items = spec.items("volumes");
    for (int i = 0; i < items.size(); i++) {
      String path = "%s.volumes[%d]".formatted(spec.path(), i);
      if (!(items.get(i) instanceof YamlNode.Mapping mapping)) {
        findings.error(
            items.get(i).place(),
            path,
            ProblemCode.WRONG_KIND,
            items.get(i).kind() + " (expected: a mapping)");
        continue;
      }
      Fields fields = spec.member("volumes", mapping, path);
      Volume volume = volume(fields);
      fields.finish();
      if (volume != null && mountPath(fields, volume.mountPath(), paths)) {
        volumes.add(volume);
      }
    }
    return volumes;
  }

  private static @Nullable Volume volume(Fields fields) {
    String mountPath = fields.required("mountPath", "");
    String type = fields.required("type", "");
    return switch (type) {
      case "EmptyDir" -> {
        Fields spec = fields.object("spec");
        if (spec == null) {
          yield new Placement.EmptyDir(mountPath, null, null);
        }
        String medium = spec.text("medium");
        String size =
            spec.parsed(
                "size",
                ProblemCode.BAD_VALUE,
                text -> {
                  Quantities.bytes(text);
                  return text;
                });
        if (medium != null && !medium.equals("Memory")) {
          spec.error(
              "medium",
              ProblemCode.BAD_VALUE,
              "\"%s\" (expected: Memory, or nothing for the node's disk)".formatted(medium));
        }
        spec.finish();
        yield new Placement.EmptyDir(mountPath, medium, size);
      }
      case "HostPath" -> {
        Fields spec = fields.requiredObject("spec");
        var volume =
            new Placement.HostPath(mountPath, spec.required("path", ""), spec.text("type"));
        spec.finish();
        yield volume;
      }
      case "PersistentVolumeClaim" -> {
        Fields spec = fields.requiredObject("spec");
        var volume =
            new Placement.Claim(
                mountPath,
                spec.required("claimName", ""),
                Boolean.TRUE.equals(spec.bool("readOnly")));
        spec.finish();
        yield volume;
      }
      case "" -> null;
      default -> {
        fields.error(
            "type",
            ProblemCode.BAD_VALUE,
            "volume type \"%s\" (expected: EmptyDir, HostPath or PersistentVolumeClaim)"
                .formatted(type));
        yield null;
      }
    };
  }

  private static boolean mountPath(Fields fields, String path, Set<String> others) {
    if (path.isEmpty()) {
      return false;
    }
    String plain =
        path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    String wrong = null;
    if (!plain.startsWith("/")
        || plain.contains("/../")
        || plain.endsWith("/..")
        || plain.contains(":")) {
      wrong = "an absolute path without .. and colons";
    } else if (TAKEN.contains(plain)) {
      wrong =
          "a path that the stage does not need itself, which are " + new java.util.TreeSet<>(TAKEN);
    } else if (!others.add(plain)) {
      wrong = "a path that no other volume has";
    }
    if (wrong != null) {
      fields.error(
          "mountPath", ProblemCode.BAD_VALUE, "\"%s\" (expected: %s)".formatted(path, wrong));
    }
    return wrong == null;
  }
}
