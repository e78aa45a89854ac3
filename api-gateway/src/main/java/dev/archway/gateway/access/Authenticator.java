package dev.archway.gateway.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/** One way in which a request shows who sent it. Thread-safe. */
@FunctionalInterface
public interface Authenticator {
  /** Looks at the request; changes nothing. */
  Authentication authenticate(HttpServletRequest request);

  /** The first of these that finds something to judge. */
  static Authenticator firstOf(List<Authenticator> all) {
    List<Authenticator> authenticators = List.copyOf(all);
    return request -> {
      for (Authenticator authenticator : authenticators) {
        Authentication found = authenticator.authenticate(request);
        if (!(found instanceof Authentication.Absent)) {
          return found;
        }
      }
      return new Authentication.Absent();
    };
  }
}
