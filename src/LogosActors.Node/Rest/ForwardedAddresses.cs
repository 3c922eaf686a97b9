using Microsoft.AspNetCore.HttpOverrides;

namespace LogosActors.Node.Rest;

/// <summary>Where a client is that comes through proxies: the last address of <c>X-Forwarded-For</c> that is not one of theirs.</summary>
internal static class ForwardedAddresses
{
    /// <summary>Believes the header from these proxies, and from nobody else.</summary>
    /// <param name="proxies">Addresses of the proxies, at least one.</param>
    public static ForwardedHeadersOptions From(IEnumerable<System.Net.IPNetwork> proxies)
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            options.KnownIPNetworks.Add(proxy);
        return options;
    }
}
