"""The usual Chinese and English names of columns, of layers and of values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_NOISE = re.compile(r"[\s_\-·.:：/]+")
_SHAPEFILE_BYTES = 10
_UNIT = re.compile(r"[(（\[【].*?[)）\]】]")

_HOUSEHOLDS = (
    "households 户数 常住户数 居民户数 总户数 住户数 household_count hh hu_shu hushu h_cnt 戶數 "
    "num_households"
)

COLUMN_NAMES: dict[str, dict[str, str]] = {
    "jurisdiction": {
        "code": "code 代码 编码 区划代码 行政区划代码 adcode gb xzqdm",
        "name": "name 名称 辖区名称 区划名称 行政区名称 乡镇名称 街道名称 xzqmc mc",
    },
    "communities": {
        "code": "code 代码 编码 社区代码 社区编码 村代码 行政村代码 统计用区划代码 区划代码 "
        "community_code zldwdm xzqdm",
        "name": "name 名称 社区名称 社区 村名 行政村 村委会 居委会 community community_name "
        "zldwmc xzqmc mc",
        "households": _HOUSEHOLDS,
    },
    "estates": {
        "id": "id 编号 小区编号 小区编码 小区代码 estate_id code osm_id",
        "name": "name 名称 小区 小区名称 楼盘 院落 estate estate_name mc",
        "kind": "kind 类型 类别 小区类型 性质 type",
        "community": "community 社区 社区代码 社区编码 所属社区 所在社区 community_code",
    },
    "buildings": {
        "id": "id 编号 楼栋编号 楼栋编码 楼栋代码 幢编号 建筑编号 building_id bldg_id osm_id",
        "name": "name 名称 楼栋 楼栋名称 楼栋号 楼号 幢号 栋号 building building_name mc",
        "estate": "estate 小区 小区编号 所属小区 所在小区 小区名称 estate_id",
        "residential": "residential residentia 住宅 是否住宅 居住 是否居住 is_residential",
        "households": _HOUSEHOLDS,
        "stairs": "stairs 单元数 单元 梯数 entrances stair_count",
        "floors": "floors 层数 楼层数 楼层 地上层数 总层数 levels storeys building_levels "
        "building:levels floor_count cs",
        "estimated": "estimated 估算 是否估算",
    },
    "barriers": {
        "id": "id 编号 要素编号 osm_id fid_1 gid",
        "kind": "kind 类型 类别 要素类型 type",
        "rank": "rank 等级 级别 道路等级 class cls grade",
        "name": "name 名称 道路名称 路名 河名 mc",
    },
    "addresses": {
        "id": "id 编号 地址编号 地址编码 标准地址编码 address_id uuid osm_id",
        "text": "text 地址 全称 地址全称 标准地址 详细地址 full full_address address dz",
        "town": "town 乡镇 街道 镇 乡 乡镇街道 district",
        "village": "village 村 社区 行政村 村居 里 村里 居委会",
        "road": "road street 路 街 道路 街路 街路巷 街巷 路名 街路名",
        "number": "number 门牌 门牌号 号 housenumber house_number 门牌号码",
        "compound": "compound 小区 小区名称 院落 院 楼盘 estate",
        "zone": "zone 区 期 分区 组团",
        "building": "building 楼栋 楼栋号 楼号 栋 幢 幢号 栋号",
        "stair": "stair 单元 单元号 梯 梯号",
        "aliases": "aliases 别名 又名 alias alt_name",
        "building_id": "building_id 楼栋编号 楼栋编码 楼栋代码 建筑编号",
        "grid": "grid 网格 网格编码 网格编号 网格代码 所属网格 grid_code",
        "households": _HOUSEHOLDS,
    },
    "grids": {
        "code": "code 网格编码 网格编号 网格代码 编码 代码 编号 grid_code grid_id wgbm wgdm",
        "level": "level 级别 层级 网格级别 网格等级 等级 grid_level",
        "parent": "parent 上级 上级网格 上级编码 上级网格编码 父网格 所属上级网格 parent_code",
        "community": "community 社区代码 社区编码 所属社区代码 community_code 所属社区 社区",
        "name": "name 网格名称 名称 网格 grid_name wgmc mc",
        "kind": "kind 网格类型 类型 网格类别 类别 type",
        "mode": "mode 模式 设置方式 专属方式",
        "special_type": "special_type special_ty 专属类型 专属网格类型",
        "households": _HOUSEHOLDS,
        "estimated": "estimated 估算 是否估算 户数为估算",
        "reason": "reason 豁免原因 豁免理由 例外原因 原因",
        "party": "party 党组织 党组织形式",
    },
    "assignments": {
        "building": "building 楼栋 楼栋编号 楼栋编码 楼栋代码 building_id",
        "stairs": "stairs 单元 单元号 梯",
        "floors": "floors 楼层 层",
        "grid": "grid 网格 网格编码 网格编号 网格代码 grid_code",
        "households": _HOUSEHOLDS,
    },
    "contacts": {
        "id": "id 编号 人员编号 contact_id",
        "grid": "grid 网格 网格编码 网格编号 网格代码 负责网格 grid_code",
        "role": "role 角色 职务类别 人员类别 岗位",
        "stand_in": "stand_in 替补 ab角 b角 是否b角",
        "name": "name 姓名 联系人 网格员 网格长",
        "title": "title 称谓 职务 职称 对外称谓",
        "phone": "phone 手机 手机号 个人电话 联系电话 电话 mobile tel",
        "duty_phone": "duty_phone 值班电话 值守电话 办公电话 公开电话",
        "basis": "basis 公开依据 依据",
        "duties": "duties 职责 工作职责 服务内容",
        "since": "since 任职日期 开始日期 起始日期 上岗日期 start",
        "until": "until 离任日期 结束日期 截止日期 任期至 end",
        "verified": "verified 核实日期 核验日期 更新日期 last_verified",
    },
}
"""Usual names of the file's columns for each of ours, the likeliest first."""

ALIAS_COLUMN_NAMES: dict[str, str] = {
    "aliases": COLUMN_NAMES["addresses"]["aliases"],
    "official_names": "official_names official_name 正式名称 官方名称 法定名称",
    "old_names": "old_names old_name former_name 曾用名 旧称 旧名 原名 曾用名称",
    "colloquial_names": "colloquial_names colloquial_name loc_name nickname 俗称 俗名 土名",
}
"""Usual names of the columns of aliases by kind; they become one column of ours."""

PLACE_NAMES: dict[str, str] = {
    "longitude": "longitude lon lng long 经度 經度 東經 东经 x_lon gcj_lon bd_lon wgs_lon 坐标经度",
    "latitude": "latitude lat 纬度 緯度 北纬 y_lat gcj_lat bd_lat wgs_lat 坐标纬度",
    "easting": "easting east e 东坐标 横坐标 东向坐标 x_东",
    "northing": "northing north n 北坐标 纵坐标 北向坐标 y_北",
    "wkt": "wkt geometry geom 几何 shape 图形",
}

LAYER_NAMES: dict[str, str] = {
    "jurisdiction": "jurisdiction 辖区 辖区范围 行政区 行政区划 study_area boundary 边界 乡镇边界",
    "communities": "communities community 社区 社区边界 行政村 村界 社区村 villages",
    "estates": "estates estate 小区 院落 residential residential_areas 居住区",
    "buildings": "buildings building 楼栋 建筑 建筑物 房屋 建筑轮廓",
    "barriers": "barriers barrier roads road water waterways railways railway walls fences rivers "
    "道路 路网 水系 河流 铁路 围墙 边界要素",
    "addresses": "addresses address 地址 地址库 门牌 标准地址 门牌地址",
    "grids": "grids grid 网格 l1 l2 l3 一级网格 二级网格 三级网格 grids1 grids2 grids3",
    "assignments": "assignments assignment 归属 楼栋归属 楼栋分配",
    "contacts": "contacts contact 联系人 网格员 人员 通讯录",
}
"""Usual names of files and of layers in files for each of our layers."""

LEVEL_NAMES = {"l1": 1, "l2": 2, "l3": 3, "grids1": 1, "grids2": 2, "grids3": 3} | {
    f"{numeral}级网格": number for number, numeral in enumerate("一二三四", start=1)
}
BARRIER_KIND_NAMES = {
    "road": "roads road 道路 路网",
    "river": "water waterways rivers 水系 河流",
    "railway": "railways railway 铁路",
    "wall": "walls 围墙",
    "fence": "fences",
}

_SPECIAL = {
    "government": "机关 党政机关 政府",
    "park": "园区 产业园区 工业园区",
    "enterprise": "企业",
    "market": "市场 商场 集贸市场 专业市场",
    "business_building": "楼宇 商务楼宇 商业楼宇",
    "school": "学校 校园",
    "hospital": "医院 医疗机构",
    "scenic": "景区 公园",
    "transport": "交通枢纽 车站 交通",
    "construction": "工地 建筑工地",
    "other": "其他 其它",
}
_LEVELS = {str(n): f"{z} {z}级 {z}级网格 l{n} {n}级" for n, z in enumerate("一二三四", start=1)}

VALUE_NAMES: dict[tuple[str, str], dict[str, str]] = {
    ("estates", "kind"): {
        "estate": "小区 住宅小区 商品房 居民小区",
        "resettlement": "安置小区 回迁小区 安置房 移民小区",
        "village": "村 村庄 自然村",
        **_SPECIAL,
    },
    ("barriers", "kind"): {
        "road": "道路 公路 街道 路",
        "river": "河流 水系 河 渠 湖",
        "railway": "铁路",
        "wall": "墙 围墙",
        "fence": "栅栏 围栏 护栏",
        "parcel": "宗地 地块 权属界 宗地界",
    },
    ("barriers", "rank"): {
        "1": "主干路 主干道 快速路 国道 省道",
        "2": "次干路 次干道 县道",
        "3": "支路 乡道 街巷 村道",
    },
    ("grids", "level"): _LEVELS,
    ("grids", "kind"): {
        "general": "综合网格 一般网格 基础网格 普通网格 综合",
        "special": "专属网格 专属",
    },
    ("grids", "mode"): {"exclusive": "独立 单列 切出", "overlay": "叠加"},
    ("grids", "special_type"): _SPECIAL,
    ("grids", "reason"): {
        "island": "岛 海岛",
        "natural_village": "自然村",
        "new_estate": "新建小区 新建未入住",
        "special_purpose": "专属网格",
        "rest_of_building": "楼栋余数",
        "linear_village": "带状村 沿河村",
    },
    ("grids", "party"): {
        "branch": "党支部",
        "joint_branch": "联合党支部",
        "group": "党小组",
        "member_household": "党员中心户",
    },
    ("contacts", "role"): {
        "grid_leader": "网格长",
        "full_time": "专职网格员 网格员",
        "part_time": "兼职网格员",
        "adviser": "网格指导员 指导员",
        "building_head": "楼栋长 楼长 单元长",
    },
    ("contacts", "basis"): {
        "local_rule": "地方规定 地方性法规",
        "consent": "本人同意 同意",
        "office_contact": "办公电话 公务联系",
    },
}
"""Usual words for the values of our columns that allow a few values only."""


def plain(name: str) -> str:
    """Return a name in lower case without spaces, joiners and a unit in brackets."""
    return _NOISE.sub("", _UNIT.sub("", name)).casefold()


def guessed(names: str, there: Iterable[str]) -> str | None:
    """Return which of the names there is one of the usual ones, the likeliest first.

    A shapefile keeps ten bytes of a name: what is left of a usual one counts last.
    """
    headings = list(there)
    by_plain = {plain(name): name for name in reversed(headings)}
    for candidate in names.split():
        found = by_plain.get(plain(candidate))
        if found is not None:
            return found
    by_cut = {name.casefold(): name for name in reversed(headings)}
    for candidate in names.split():
        for encoding in ("gb18030", "utf-8"):
            cut = candidate.encode(encoding)[:_SHAPEFILE_BYTES].decode(encoding, errors="ignore")
            if cut != candidate and cut.casefold() in by_cut:
                return by_cut[cut.casefold()]
    return None


def layer_of(name: str) -> str | None:
    """Return the layer that a file or a layer in a file is usually named for."""
    wanted = plain(name)
    for layer, names in LAYER_NAMES.items():
        if wanted in {plain(each) for each in names.split()}:
            return layer
    return None


def level_of(name: str) -> int | None:
    """Return the level that a layer of grids is named for."""
    return LEVEL_NAMES.get(plain(name))


def barrier_kind_of(name: str) -> str | None:
    """Return the kind of barrier that a file or layer is named for."""
    wanted = plain(name)
    for kind, names in BARRIER_KIND_NAMES.items():
        if wanted in {plain(each) for each in names.split()}:
            return kind
    return None


@cache
def _words(layer: str, column: str) -> dict[str, str]:
    words: dict[str, str] = {}
    for value, names in VALUE_NAMES.get((layer, column), {}).items():
        for name in (value, *names.split()):
            words.setdefault(plain(name), value)
    return words


def known_value(layer: str, column: str, text: str) -> str | None:
    """Return our value for a usual word."""
    words = _words(layer, column)
    return words.get(plain(text)) if words else None
