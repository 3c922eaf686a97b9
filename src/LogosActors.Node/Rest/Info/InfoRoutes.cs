using LogosActors.Delivery;
using LogosActors.Delivery.Hosting;

namespace LogosActors.Node.Rest.Info;

/// <summary>Who the node is.</summary>
/// <param name="ListenAddresses">Where it can be reached, with its id.</param>
/// <param name="EnrUri">Its record (EIP-778); empty: it has none.</param>
internal sealed record NodeInfo(IReadOnlyList<string> ListenAddresses, string EnrUri);

/// <summary><c>/info</c> and <c>/version</c>, with their older names below <c>/debug/v1</c>.</summary>
internal static class InfoRoutes
{
    public static void MapInfo(this IEndpointRouteBuilder app, MessagingNode node)
    {
        foreach (var path in new[] { "/info", "/debug/v1/info" })
            app.MapRead(path, () => Answers.Json(Describe(node))).WithTags("debug").WithSummary("Who the node is.").Produces<NodeInfo>();
        foreach (var path in new[] { "/version", "/debug/v1/version" })
        {
            app.MapRead(path, () => Answers.Text(NodeVersion.Text, StatusCodes.Status200OK))
                .WithTags("debug").WithSummary("The node's version.").ProducesText(StatusCodes.Status200OK);
        }
    }

    /// <summary>Describes a node: by the addresses that it announces to peers.</summary>
    public static NodeInfo Describe(MessagingNode node)
    {
        if (node.Host is not { } host)
            return new NodeInfo([], "");
        var announced = node.Options.Host.AnnounceAddresses;
        var addresses = announced.Count > 0 ? announced.Select(address => address.Encapsulate(host.PeerId)) : host.ListenAddresses;
        return new NodeInfo([.. addresses.Select(address => address.ToString())], node.NodeRecord ?? "");
    }
}
