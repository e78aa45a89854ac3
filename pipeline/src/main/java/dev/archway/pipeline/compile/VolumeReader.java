package dev.archway.pipeline.compile;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.plan.Placement;
import dev.archway.contract.plan.Placement.Volume;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.dialect.StageShapes;
import dev.archway.pipeline.yaml.YamlNode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code sharedPaths} and the infrastructure's {@code volumes} (Harness page "CI stage
 * settings").
 */
final class VolumeReader {
  /** What a step's container does not work without, or hides the runtime's own files. */
  private static final List<Path> TAKEN =
      List.of(
          Path.of("/harness"),
          Path.of("/archway"),
          Path.of("/run/archway"),
          Path.of("/proc"),
          Path.of("/sys"),
          Path.of("/dev"));

  private static final Path WORKSPACE = Path.of("/harness");

  /** Browsers ask for more of it than containers have. */
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private VolumeReader() {}

  /** One empty volume for each path; what lies in the workspace is shared anyway. */
  static List<Volume> shared(Fields spec) {
    Set<String> paths = new TreeSet<>();
    for (String written : spec.texts("sharedPaths")) {
      Path path = absolute(written);
      if (path != null && path.startsWith(WORKSPACE) && !path.equals(WORKSPACE)) {
        spec.warn(
            "sharedPaths",
            ProblemCode.NOT_SUPPORTED,
            "path \"%s\" lies in the workspace, which all steps share anyway".formatted(written));
        continue;
      }
      String mount = mountPath(spec, "sharedPaths", written);
      if (mount != null) {
        paths.add(mount);
      }
    }
    return paths.stream().<Volume>map(path -> new Volume.EmptyDir(path, false, null)).toList();
  }

  /** The volumes of an infrastructure. */
  static List<Volume> read(Fields infrastructure, Findings findings) {
    List<Volume> volumes = new ArrayList<>();
    List<YamlNode> items = infrastructure.items("volumes");
    for (int i = 0; i < items.size(); i++) {
      String path = infrastructure.path() + ".volumes[" + i + "]";
      if (!(items.get(i) instanceof YamlNode.Mapping mapping)) {
        findings.error(
            items.get(i).place(),
            path,
            ProblemCode.WRONG_KIND,
            items.get(i).kind() + " (expected: a mapping with mountPath, type and spec)");
        continue;
      }
      Volume volume = volume(infrastructure.member("volumes", mapping, path));
      if (volume != null) {
        volumes.add(volume);
      }
    }
    return volumes;
  }

  private static @Nullable Volume volume(Fields volume) {
    String written = volume.required("mountPath", "");
    String mount = written.isEmpty() ? null : mountPath(volume, "mountPath", written);
    String type = volume.required("type", "");
    Fields spec =
        Set.of("HostPath", "PersistentVolumeClaim").contains(type)
            ? volume.requiredObject("spec")
            : volume.optionalObject("spec");
    Volume read =
        switch (type) {
          case "" -> null;
          case "EmptyDir" -> emptyDir(spec, mount);
          case "HostPath" -> hostPath(spec, mount);
          case "PersistentVolumeClaim" -> {
            String claim = spec.required("claimName", "");
            boolean readOnly = Boolean.TRUE.equals(spec.bool("readOnly"));
            yield mount == null || claim.isEmpty()
                ? null
                : new Volume.Claim(mount, claim, readOnly);
          }
          default -> {
            volume.error(
                "type",
                ProblemCode.BAD_VALUE,
                "volume type \"%s\" (expected: EmptyDir, HostPath or PersistentVolumeClaim)"
                    .formatted(type));
            yield null;
          }
        };
    spec.finish();
    volume.finish();
    return read;
  }

  private static @Nullable Volume emptyDir(Fields spec, @Nullable String mount) {
    String medium = spec.text("medium");
    if (medium != null && !medium.equals("Memory")) {
      spec.error(
          "medium",
          ProblemCode.BAD_VALUE,
          "medium \"%s\" (expected: Memory, or nothing)".formatted(medium));
    }
    Long size = spec.parsed("size", ProblemCode.BAD_VALUE, Quantities::bytes);
    return mount == null ? null : new Volume.EmptyDir(mount, medium != null, size);
  }

  private static @Nullable Volume hostPath(Fields spec, @Nullable String mount) {
    String written = spec.required("path", "");
    String type = spec.text("type");
    if (type != null && !StageShapes.HOST_TYPES.contains(type)) {
      spec.error(
          "type",
          ProblemCode.BAD_VALUE,
          "\"%s\" (expected: one of %s)".formatted(type, StageShapes.HOST_TYPES));
    }
    if (written.isEmpty()) {
      return null;
    }
    Path path = absolute(written);
    if (path == null) {
      spec.error(
          "path",
          ProblemCode.BAD_VALUE,
          "path \"%s\" (expected: an absolute one)".formatted(written));
    }
    return path == null || mount == null ? null : new Volume.HostPath(mount, path.toString(), type);
  }

  private static @Nullable Path absolute(String written) {
    try {
      Path path = Path.of(written.strip());
      return path.isAbsolute() ? path.normalize() : null;
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static @Nullable String mountPath(Fields fields, String key, String written) {
    Path path = absolute(written);
    if (path == null || path.toString().contains(":")) {
      fields.error(
          key,
          ProblemCode.BAD_VALUE,
          "path \"%s\" (expected: an absolute path without a colon)".formatted(written));
      return null;
    }
    boolean hides =
        path.getNameCount() == 0
            || (!path.equals(SHARED_MEMORY) && TAKEN.stream().anyMatch(path::startsWith));
    if (hides) {
      fields.error(
          key,
          ProblemCode.BAD_VALUE,
          "path \"%s\" would hide what every step needs there (expected: a path outside /harness, /archway, /proc, /sys and /dev)"
              .formatted(written));
      return null;
    }
    return path.toString();
  }

  /** What the stage's connector must allow, and that no two volumes are mounted at one path. */
  static void check(Fields fields, String key, Placement placement) {
    Set<String> mounted = new TreeSet<>();
    for (Volume volume : placement.volumes()) {
      if (!mounted.add(volume.mountPath())) {
        fields.error(
            key,
            ProblemCode.BAD_VALUE,
            "two volumes at \"%s\" (expected: one)".formatted(volume.mountPath()));
      }
      Connector connector = placement.connector();
      switch (volume) {
        case Volume.HostPath host when !hostPaths(connector).contains(host.path()) ->
            fields.error(
                key,
                ProblemCode.NOT_SUPPORTED,
                "connector \"%s\" does not let stages mount \"%s\" of its machine (expected: one of %s; its file allows more with allow: {hostPaths: [...]})"
                    .formatted(connector.ref(), host.path(), hostPaths(connector)));
        case Volume.Claim claim when connector instanceof Connector.LocalPodman ->
            fields.error(
                key,
                ProblemCode.NOT_SUPPORTED,
                "claim \"%s\" is of a cluster, and connector \"%s\" is podman (expected: type HostPath, or a K8sCluster connector)"
                    .formatted(claim.claimName(), connector.ref()));
        case Volume.EmptyDir(String path, boolean memory, _)
            when memory && connector instanceof Connector.LocalPodman ->
            fields.warn(
                key,
                ProblemCode.NOT_SUPPORTED,
                "each step has a volume of its own in memory at \"%s\" under podman; without medium they share one"
                    .formatted(path));
        default -> {}
      }
    }
  }

  private static List<String> hostPaths(Connector connector) {
    return switch (connector) {
      case Connector.LocalPodman podman -> podman.hostPaths();
      case Connector.K8sCluster cluster -> cluster.allowed().hostPaths();
      default -> List.of();
    };
  }
}
