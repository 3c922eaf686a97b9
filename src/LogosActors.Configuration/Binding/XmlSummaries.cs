using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace LogosActors.Configuration.Binding;

/// <summary>The summaries in the XML documentation files that compilers put beside assemblies.</summary>
internal static class XmlSummaries
{
    static readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, string>> Known = new();

    public static string Of(PropertyInfo property) => Known.GetOrAdd(property.DeclaringType!.Assembly, Read)
        .GetValueOrDefault($"P:{property.DeclaringType!.FullName!.Replace('+', '.')}.{property.Name}", "");

    static IReadOnlyDictionary<string, string> Read(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, assembly.GetName().Name + ".xml");
        var summaries = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (var member in XDocument.Load(file).Descendants("member"))
            {
                if (member is { FirstAttribute.Value: var name } && member.Element("summary") is { } summary)
                    summaries.TryAdd(name, Text(summary));
            }
        }
        catch (Exception e) when (e is IOException or XmlException or UnauthorizedAccessException)
        {
            // a reference without explanations is still a reference
        }
        return summaries;
    }

    static string Text(XElement summary)
    {
        var text = new StringBuilder();
        foreach (var node in summary.DescendantNodes())
        {
            if (node is XText words)
                text.Append(words.Value);
            else if (node is XElement { IsEmpty: true, FirstAttribute.Value: var reference })
                text.Append(reference[(reference.LastIndexOf('.') + 1)..]);
        }
        return string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
