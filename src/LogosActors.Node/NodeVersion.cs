using System.Reflection;

namespace LogosActors.Node;

/// <summary>The version of this program.</summary>
internal static class NodeVersion
{
    /// <summary>Such as <c>0.1.0</c>, with the source's revision behind a plus where the build knows it.</summary>
    public static string Text { get; } =
        typeof(NodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
