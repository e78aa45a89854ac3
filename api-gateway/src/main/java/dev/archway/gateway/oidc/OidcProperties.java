package dev.archway.gateway.oidc;

import dev.archway.gateway.access.Caller;
import dev.archway.gateway.access.Role;
import dev.archway.gateway.access.Scope;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the OpenID provider, prefix {@code archway.gateway.oidc}.
 *
 * @param issuer as the provider's discovery document names it; without it there is no provider
 * @param clientId as the provider knows this server
 * @param clientSecret null for a public client
 * @param audience what access tokens for this API name in {@code aud}
 * @param publicUrl where browsers reach this server; the provider sends them back to {@code
 *     /login/callback} below it. Null: where the browser says it came to
 * @param nameClaim the claim that names a person
 * @param groupsClaim the claim that lists a person's groups
 * @param scopes what is asked for at the sign-in
 * @param grants what members of a group may do: {@code role}, {@code role:org} or {@code
 *     role:org/project}, by the group's name
 */
@ConfigurationProperties("archway.gateway.oidc")
public record OidcProperties(
    @Nullable URI issuer,
    @DefaultValue("archway") String clientId,
    @Nullable String clientSecret,
    @DefaultValue("archway") String audience,
    @Nullable URI publicUrl,
    @DefaultValue("sub") String nameClaim,
    @DefaultValue("groups") String groupsClaim,
    @DefaultValue({"openid", "profile"}) List<String> scopes,
    @DefaultValue Map<String, List<String>> grants) {
  public OidcProperties {
    scopes = List.copyOf(scopes);
    grants = Map.copyOf(grants);
    grants.values().forEach(OidcProperties::read);
  }

  /** What members of these groups may do. */
  List<Caller.Grant> grantsOf(List<String> groups) {
    List<Caller.Grant> all = new ArrayList<>();
    for (String group : groups) {
      all.addAll(read(grants.getOrDefault(group, List.of())));
    }
    return all.stream().distinct().toList();
  }

  private static List<Caller.Grant> read(List<String> texts) {
    return texts.stream().map(OidcProperties::read).toList();
  }

  private static Caller.Grant read(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new Caller.Grant(Role.of(text.strip()), Scope.ACCOUNT);
    }
    Role role = Role.of(text.substring(0, colon).strip());
    String where = text.substring(colon + 1).strip();
    int slash = where.indexOf('/');
    return new Caller.Grant(
        role,
        slash < 0
            ? new Scope(where, null)
            : new Scope(where.substring(0, slash), where.substring(slash + 1)));
  }
}
