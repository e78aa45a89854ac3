package dev.archway.connector;

import dev.archway.contract.connector.ClusterAccess;
import dev.archway.contract.connector.ClusterAllowances;
import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Platform;
import dev.archway.pipeline.ProblemCode;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A K8sCluster connector (Harness page "Kubernetes cluster connector settings reference"), with
 * Archway's own {@code platforms}, {@code allow} and credential type {@code Kubeconfig}.
 */
final class Cluster {
  private Cluster() {}

  static Connector.@Nullable K8sCluster read(String ref, Section spec, List<Platform> platforms) {
    spec.warnOfOthers(
        Set.of("credential", "platforms", "allow", "delegateSelectors", "ignoreTestConnection"));
    ClusterAccess access = access(spec.section("credential"));
    ClusterAllowances allowed = allowances(spec.section("allow"));
    return access == null ? null : new Connector.K8sCluster(ref, platforms, access, allowed);
  }

  private static @Nullable ClusterAccess access(Section credential) {
    String type = credential.required("type");
    return switch (type == null ? "" : type) {
      case "" -> null;
      case "InheritFromDelegate" -> new ClusterAccess.InCluster();
      case "ManualConfig" -> manual(credential.section("spec"));
      case "Kubeconfig" -> kubeconfig(credential.section("spec"));
      default -> {
        credential.error(
            "type",
            ProblemCode.NOT_SUPPORTED,
            "credential \"%s\" (expected: InheritFromDelegate, ManualConfig or Kubeconfig)"
                .formatted(type));
        yield null;
      }
    };
  }

  private static @Nullable ClusterAccess kubeconfig(Section spec) {
    String path = spec.required("path");
    return path == null ? null : new ClusterAccess.Kubeconfig(path, spec.text("context"));
  }

  private static @Nullable ClusterAccess manual(Section spec) {
    URI url = url(spec);
    Section auth = spec.section("auth");
    String type = auth.required("type");
    if (type == null) {
      return null;
    }
    if (!type.equals("ServiceAccount")) {
      auth.error(
          "type",
          ProblemCode.NOT_SUPPORTED,
          "authentication \"%s\" (expected: ServiceAccount)".formatted(type));
      return null;
    }
    Section account = auth.section("spec");
    SecretRef token = account.secret("serviceAccountTokenRef");
    SecretRef authority = account.optionalSecret("caCertRef");
    return url == null || token == null
        ? null
        : new ClusterAccess.ServiceAccount(url, token, authority);
  }

  private static @Nullable URI url(Section spec) {
    String written = spec.required("masterUrl");
    if (written == null) {
      return null;
    }
    try {
      URI url = URI.create(written);
      // A token must not travel in the clear.
      if (url.getHost() != null && "https".equals(url.getScheme()) && url.getUserInfo() == null) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    spec.error(
        "masterUrl",
        ProblemCode.BAD_VALUE,
        "API server \"%s\" (expected: an https URL without an account)".formatted(written));
    return null;
  }

  private static ClusterAllowances allowances(Section allow) {
    allow.warnOfOthers(Set.of("privileged", "serviceAccounts", "hostNamespaces", "hostPaths"));
    return new ClusterAllowances(
        flag(allow, "privileged"),
        allow.names("serviceAccounts", "service accounts' names"),
        flag(allow, "hostNamespaces"),
        hostPaths(allow));
  }

  private static boolean flag(Section allow, String key) {
    String value = allow.text(key);
    if (value != null && !Set.of("true", "false").contains(value)) {
      allow.error(key, ProblemCode.BAD_VALUE, "\"%s\" (expected: true or false)".formatted(value));
    }
    return "true".equals(value);
  }

  /**
   * The paths of the machine that stages may mount. They must match whole: what a stage may write
   * to could hold links to anywhere.
   */
  static List<String> hostPaths(Section allow) {
    List<String> paths = new ArrayList<>();
    for (String path : allow.names("hostPaths", "paths of the machine")) {
      if (path.startsWith("/") && Path.of(path).normalize().toString().equals(path)) {
        paths.add(path);
      } else {
        allow.error(
            "hostPaths",
            ProblemCode.BAD_VALUE,
            "\"%s\" (expected: an absolute path without .. or a / at its end)".formatted(path));
      }
    }
    return paths;
  }
}
