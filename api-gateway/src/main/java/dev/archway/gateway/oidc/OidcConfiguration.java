package dev.archway.gateway.oidc;

import dev.archway.gateway.access.Authentication;
import dev.archway.gateway.access.Authenticator;
import dev.archway.gateway.session.Sessions;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.client.RestClient;

/** Sign-in by an OpenID provider, where one is set. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(OidcProperties.class)
public class OidcConfiguration {
  private record Parts(@Nullable Provider provider, @Nullable People people) {
    static Parts of(OidcProperties properties, RestClient.Builder client) {
      URI issuer = properties.issuer();
      if (issuer == null) {
        return new Parts(null, null);
      }
      Provider provider = new Provider(properties, issuer, client.build());
      return new Parts(provider, new People(provider, properties));
    }
  }

  /** Knows those whom the provider knows; nobody without one. */
  @Bean
  Authenticator people(OidcProperties properties, RestClient.Builder client) {
    People people = Parts.of(properties, client).people();
    return people == null ? _ -> new Authentication.Absent() : people;
  }

  @Bean
  LoginController loginController(
      OidcProperties properties, RestClient.Builder client, Sessions sessions) {
    Parts parts = Parts.of(properties, client);
    return new LoginController(parts.provider(), parts.people(), properties, sessions);
  }
}
