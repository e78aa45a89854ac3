package dev.archway.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a connector or a secret lies. */
final class ScopeOptions {
  @Option(
      names = "--org",
      paramLabel = "ORG",
      description = "Of this organisation (default: the account).")
  private @Nullable String org;

  @Option(names = "--project", paramLabel = "PROJECT", description = "Of this project of --org.")
  private @Nullable String project;

  /**
   * The address of a collection such as {@code connectors}.
   *
   * @param writtenOrg used where no option says another
   * @param writtenProject used where no option says another
   */
  String path(String collection, @Nullable String writtenOrg, @Nullable String writtenProject) {
    String ofOrg = org == null ? writtenOrg : org;
    String ofProject = project == null ? writtenProject : project;
    if (ofOrg == null && ofProject != null) {
      throw new CommandException(
          ExitCode.REFUSED,
          "cannot tell where it is: project \"%s\" without an organisation (expected: both); add --org"
              .formatted(ofProject));
    }
    return "/api/v1"
        + (ofOrg == null ? "" : "/orgs/" + encode(ofOrg))
        + (ofProject == null ? "" : "/projects/" + encode(ofProject))
        + "/"
        + collection;
  }

  String path(String collection) {
    return path(collection, null, null);
  }

  static String encode(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
