package dev.archway.connector;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.Scope;
import dev.archway.contract.image.Platform;
import dev.archway.pipeline.Findings;
import dev.archway.pipeline.ProblemCode;
import dev.archway.pipeline.yaml.YamlNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one {@code connector:} document; everything that is wrong with it is a finding. */
final class ConnectorReader {
  private static final Pattern GIT_URL = Pattern.compile("(?!-)(?!.*::)[^\\s\\x00-\\x1f]+");
  private static final Pattern ACCOUNT_IN_URL = Pattern.compile("(?i)https?://[^/]*@.*");
  private static final String TYPES =
      "K8sCluster, LocalPodman, DockerRegistry, Git, Github, Gitlab, Bitbucket, Aws, Gcp or Azure";

  private ConnectorReader() {}

  /** A connector and where it lies. */
  record Entry(Scope scope, String id, String type, Connector connector) {}

  /**
   * The document's connector; empty when findings say why there is none.
   *
   * @param asked where it is to lie; null takes what the document says
   */
  static Optional<Entry> read(YamlNode root, @Nullable Scope asked, Findings findings) {
    if (!(root instanceof YamlNode.Mapping document)
        || !(document.get("connector") instanceof YamlNode.Mapping mapping)) {
      findings.error(
          root.place(),
          "",
          ProblemCode.MISSING_FIELD,
          "no connector here (expected: the key \"connector\" with its fields indented below it)");
      return Optional.empty();
    }
    Scope scope = Documents.scope(mapping, "connector", asked, findings);
    Section connector = new Section(mapping, "connector", scope, findings);
    String id = Documents.identifier(connector);
    Connector read = connector(scope.ref("" + id), connector);
    String type = connector.text("type");
    return findings.hasErrors() || read == null || id == null || type == null
        ? Optional.empty()
        : Optional.of(new Entry(scope, id, type, read));
  }

  private static @Nullable Connector connector(String ref, Section connector) {
    String type = connector.required("type");
    if (type == null) {
      return null;
    }
    Section spec = connector.section("spec");
    return switch (type) {
      case "LocalPodman" -> podman(ref, spec);
      case "DockerRegistry" -> registry(ref, spec);
      case "Git" -> git(ref, spec, "connectionType", Account.ofGit(spec));
      case "Github", "Gitlab", "Bitbucket" -> git(ref, spec, "type", Account.ofProvider(spec));
      case "Aws" -> CloudAccount.aws(ref, spec);
      case "Gcp" -> CloudAccount.gcp(ref, spec);
      case "Azure" -> CloudAccount.azure(ref, spec);
      case "K8sCluster" -> Cluster.read(ref, spec, platforms(spec));
      default -> {
        connector.error(
            "type",
            ProblemCode.BAD_VALUE,
            "connector type \"%s\" (expected: %s)".formatted(type, TYPES));
        yield null;
      }
    };
  }

  private static Connector podman(String ref, Section spec) {
    spec.warnOfOthers(Set.of("platforms", "allow"));
    Section allow = spec.section("allow");
    allow.warnOfOthers(Set.of("hostPaths"));
    return new Connector.LocalPodman(ref, platforms(spec), Cluster.hostPaths(allow));
  }

  private static List<Platform> platforms(Section spec) {
    List<Platform> platforms = new ArrayList<>();
    List<YamlNode> items =
        spec.node().get("platforms") instanceof YamlNode.Sequence list
            ? list.items()
            : spec.has("platforms") ? List.of(spec.node().entries().get("platforms")) : List.of();
    for (YamlNode item : items) {
      try {
        platforms.add(
            Platform.parse(item instanceof YamlNode.Scalar s ? s.text().strip() : item.kind()));
      } catch (IllegalArgumentException e) {
        spec.findings()
            .error(
                item.place(),
                spec.path() + ".platforms",
                ProblemCode.BAD_VALUE,
                String.valueOf(e.getMessage()));
      }
    }
    return platforms;
  }

  private static @Nullable Connector registry(String ref, Section spec) {
    Account account = Account.ofRegistry(spec);
    String written = spec.required("dockerRegistryUrl");
    if (written == null || holdsAccount(spec, "dockerRegistryUrl", withScheme(written))) {
      return null;
    }
    try {
      URI url = URI.create(withScheme(written));
      if (url.getHost() != null && Set.of("http", "https").contains(url.getScheme())) {
        return new Connector.DockerRegistry(ref, url, account.username(), account.password());
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    spec.error(
        "dockerRegistryUrl",
        ProblemCode.BAD_VALUE,
        "registry \"%s\" (expected: an http or https URL)".formatted(written));
    return null;
  }

  private static String withScheme(String url) {
    return url.contains("://") ? url : "https://" + url;
  }

  private static @Nullable Connector git(
      String ref, Section spec, String kindKey, Account account) {
    String kind = spec.text(kindKey);
    if (kind != null && !kind.equals("Account") && !kind.equals("Repo")) {
      spec.error(
          kindKey, ProblemCode.BAD_VALUE, "\"%s\" (expected: Account or Repo)".formatted(kind));
    }
    String url = spec.required("url");
    if (url == null || holdsAccount(spec, "url", url)) {
      return null;
    }
    if (!GIT_URL.matcher(url).matches()) {
      spec.error(
          "url",
          ProblemCode.BAD_VALUE,
          "repository \"%s\" (expected: an https, http or file URL)".formatted(url));
      return null;
    }
    return new Connector.Git(
        ref, url, "Account".equals(kind), account.username(), account.password());
  }

  /** URLs are shown to everyone: in plans, events and logs. */
  private static boolean holdsAccount(Section spec, String key, String url) {
    if (!ACCOUNT_IN_URL.matcher(url).matches()) {
      return false;
    }
    spec.error(
        key,
        ProblemCode.BAD_VALUE,
        "the URL holds an account (expected: a URL without one; give the account by its own fields)");
    return true;
  }
}
