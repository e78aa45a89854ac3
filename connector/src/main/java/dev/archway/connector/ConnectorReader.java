package dev.archway.connector;

import dev.archway.contract.connector.Connector;
import dev.archway.contract.connector.SecretRef;
import dev.archway.contract.image.Platform;
import dev.archway.pipeline.yaml.YamlNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads one {@code connector:} document. Complaints are {@link IllegalArgumentException}s with line
 * and column.
 */
final class ConnectorReader {
  private ConnectorReader() {}

  static Connector read(String ref, YamlNode.Mapping connector) {
    String type = required(connector, "type");
    YamlNode.Mapping spec =
        connector.get("spec") instanceof YamlNode.Mapping mapping
            ? mapping
            : new YamlNode.Mapping(Map.of(), Map.of(), connector.place());
    return switch (type) {
      case "LocalPodman" -> new Connector.LocalPodman(ref, platforms(spec));
      case "DockerRegistry" -> registry(ref, spec);
      case "Git", "Github", "Gitlab", "Bitbucket" -> git(ref, spec);
      default ->
          throw at(
              connector,
              "type",
              "connector type \"%s\" (expected: LocalPodman, DockerRegistry, Git, Github, Gitlab or Bitbucket; stages run on LocalPodman)"
                  .formatted(type));
    };
  }

  static String required(YamlNode.Mapping mapping, String key) {
    String text = mapping.text(key);
    if (text == null) {
      throw at(mapping, key, "\"%s\" is missing (expected: a value)".formatted(key));
    }
    return text;
  }

  private static List<Platform> platforms(YamlNode.Mapping spec) {
    List<Platform> platforms = new ArrayList<>();
    if (spec.get("platforms") instanceof YamlNode.Sequence items) {
      for (YamlNode item : items.items()) {
        if (item instanceof YamlNode.Scalar scalar) {
          platforms.add(Platform.parse(scalar.text()));
        }
      }
    }
    return platforms;
  }

  private static Connector registry(String ref, YamlNode.Mapping spec) {
    String written = required(spec, "dockerRegistryUrl");
    URI url = URI.create(written.contains("://") ? written : "https://" + written);
    if (url.getAuthority() == null || !List.of("http", "https").contains(url.getScheme())) {
      throw at(
          spec,
          "dockerRegistryUrl",
          "registry \"%s\" (expected: an http or https URL)".formatted(written));
    }
    Account account = account(spec.get("auth") instanceof YamlNode.Mapping auth ? auth : null);
    return new Connector.DockerRegistry(ref, url, account.username(), account.password());
  }

  private static Connector git(String ref, YamlNode.Mapping spec) {
    String url = required(spec, "url");
    if (url.startsWith("-") || url.contains("::")) {
      throw at(
          spec,
          "url",
          "repository \"%s\" (expected: an https, http, ssh or file URL)".formatted(url));
    }
    String kind =
        spec.text("connectionType") == null ? spec.text("type") : spec.text("connectionType");
    Account account =
        account(spec.get("authentication") instanceof YamlNode.Mapping auth ? auth : spec);
    return new Connector.Git(
        ref,
        url,
        "account".equals(kind == null ? "" : kind.toLowerCase(Locale.ROOT)),
        account.username(),
        account.password());
  }

  private record Account(@Nullable String username, @Nullable SecretRef password) {}

  /**
   * Finds user name and secret reference where Harness's documents put them, one or two {@code
   * spec}s deep.
   */
  private static Account account(YamlNode.@Nullable Mapping auth) {
    YamlNode.Mapping here = auth;
    while (here != null) {
      String username = here.text("username");
      String password =
          here.text("passwordRef") == null ? here.text("tokenRef") : here.text("passwordRef");
      if (password != null) {
        // Servers that take a token ignore the user name, but the protocol wants one.
        return new Account(username == null ? "token" : username, new SecretRef(password));
      }
      here = here.get("spec") instanceof YamlNode.Mapping deeper ? deeper : null;
    }
    return new Account(null, null);
  }

  private static IllegalArgumentException at(YamlNode.Mapping mapping, String key, String message) {
    YamlNode value = mapping.get(key);
    YamlNode.Place place = value == null ? mapping.place() : value.place();
    return new IllegalArgumentException(
        "line %d column %d: %s".formatted(place.line(), place.column(), message));
  }
}
